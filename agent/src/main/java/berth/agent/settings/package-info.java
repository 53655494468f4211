/**
 * A container's specification as systemd reads it, and back: the text of its .nspawn file
 * (systemd.nspawn(5)) and of its unit's drop-in (systemd.unit(5)). Where the files are is not known
 * here.
 */
package berth.agent.settings;
