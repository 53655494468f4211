/**
 * The embedded broker, so that one machine needs nothing but the controller. Past one machine any
 * MQTT 5 broker takes its place; nothing outside this package knows which one runs.
 *
 * <p>Who may do what is settled by names that exist today, so that a check can be added without
 * changing a client. A controller's client id is {@code controller} or begins with {@code
 * controller-}, and it may use every topic. An agent's is {@code agent-HOST}, and it may publish
 * and subscribe under {@code berth/1/h/HOST/} alone. Both say so at connect time, in the client id,
 * and the topics carry the host in a fixed place, so the rule needs no table: the identity proven
 * at connect time must equal the client id, and the permission follows from it.
 *
 * <p>The broker's own hook for that is an authenticator, registered by the embedded extension that
 * {@link berth.controller.broker.EmbeddedBroker} starts with. As permissions are fixed at connect,
 * cutting off a host means both to deny it there and to {@link
 * berth.controller.broker.EmbeddedBroker#kick} it. Until that check exists, whoever reaches the
 * port is believed, and the broker must listen on loopback and the lab's bridge only.
 */
package berth.controller.broker;
