/**
 * systemd and machined, over D-Bus: units and their jobs, machines, the life events of containers,
 * cgroups and sd_notify. It uses what systemd 252, 257 and later all have.
 */
package berth.agent.systemd;
