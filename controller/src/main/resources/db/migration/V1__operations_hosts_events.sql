-- Times are milliseconds since 1970. Ids are UUIDs of version 7 as text: their order is that of time.

CREATE TABLE operation (
  id              TEXT   NOT NULL PRIMARY KEY,
  kind            TEXT   NOT NULL,
  summary         TEXT   NOT NULL,
  state           TEXT   NOT NULL,
  revision        BIGINT NOT NULL,
  created         BIGINT NOT NULL,
  finished        BIGINT,
  open_targets    BIGINT NOT NULL,
  failed_targets  BIGINT NOT NULL,
  idempotency_key TEXT   UNIQUE,
  request         TEXT   NOT NULL -- a digest of what was asked for
);

CREATE INDEX operation_by_state ON operation (state, id);
CREATE INDEX operation_by_end ON operation (finished);

CREATE TABLE target (
  command   TEXT   NOT NULL PRIMARY KEY,
  operation TEXT   NOT NULL REFERENCES operation (id) ON DELETE CASCADE,
  host      TEXT   NOT NULL,
  container TEXT,
  state     TEXT   NOT NULL,
  presumed  BIGINT NOT NULL, -- 1: an outcome that the controller assumed, not having heard of the host
  streamed  BIGINT NOT NULL, -- 1: its output goes to a reader as it comes
  deadline  BIGINT NOT NULL,
  accepted  BIGINT,
  finished  BIGINT,
  progress  TEXT,
  result    TEXT,
  problem   TEXT,
  envelope  TEXT   NOT NULL,
  cancel    TEXT,   -- why it shall end, where somebody wants that
  cancelled BIGINT  -- when the broker took that wish
);

CREATE INDEX target_by_operation ON target (operation, command);
CREATE INDEX target_by_state ON target (state, command);
CREATE INDEX target_by_deadline ON target (state, deadline);
CREATE INDEX target_by_host ON target (host, state);
CREATE INDEX target_to_cancel ON target (command) WHERE cancel IS NOT NULL AND cancelled IS NULL;

CREATE TABLE host (
  name          TEXT   NOT NULL PRIMARY KEY,
  first_seen    BIGINT NOT NULL,
  status        TEXT   NOT NULL,
  since         BIGINT,
  agent_version TEXT,
  boot_id       TEXT,
  epoch         BIGINT,
  connection    BIGINT
);

CREATE TABLE event (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  stored   BIGINT NOT NULL,
  at       BIGINT NOT NULL,
  host     TEXT,
  kind     TEXT   NOT NULL,
  body     TEXT   NOT NULL,
  epoch    BIGINT, -- of the agent that told, with its number; none for what the controller saw itself
  sequence BIGINT,
  UNIQUE (host, epoch, sequence)
);
