/**
 * A D-Bus client (D-Bus Specification 0.42, dbus.freedesktop.org) of our own, because none for the
 * JVM hands file descriptors over and connects as another user. It is as narrow as talking to
 * systemd needs: it calls methods and hears signals, and it offers no objects itself.
 *
 * <p>The bus of a container is run by whoever is root in the container. Whatever it sends is
 * checked against the specification's limits and against ours, and costs at most its connection.
 */
package berth.agent.systemd.dbus;
