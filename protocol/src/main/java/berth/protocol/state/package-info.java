/** What a host tells of itself: its facts and what is on it, whole and retained. */
package berth.protocol.state;
