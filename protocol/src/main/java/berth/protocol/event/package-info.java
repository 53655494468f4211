/** What a host tells without being asked: numbered changes to what its state says. */
package berth.protocol.event;
