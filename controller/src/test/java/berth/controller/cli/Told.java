package berth.controller.cli;

/** What a controller tells of an operation, with apostrophes for quotation marks. */
final class Told {
  static final String OPERATION = "019ab000-0000-7000-8000-000000000002";
  private static final String COMMAND = "019ab000-0000-7000-8000-000000000001";

  private Told() {}

  static String done() {
    return target("SUCCEEDED", ",'result':{'kind':'done'}");
  }

  static String operation(String state, int revision, String target) {
    return ("{'id':'%s','kind':'x','summary':'create lab1/web','state':'%s','revision':%d,"
            + "'created':'2026-11-23T10:00:00Z','targets':[%s]}")
        .formatted(OPERATION, state, revision, target);
  }

  static String target(String state, String rest) {
    return ("{'command':'%s','host':'lab1','container':'web','state':'%s',"
            + "'deadline':'2026-11-23T10:10:00Z','hostOnline':true%s}")
        .formatted(COMMAND, state, rest);
  }
}
