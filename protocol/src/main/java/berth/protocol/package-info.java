/**
 * What controller and agent may say to each other, and nothing else: self-validating values, sealed
 * families of messages, the one speller of topics ({@link berth.protocol.Topics}) and the one
 * translation between records and JSON ({@link berth.protocol.Wire}).
 */
package berth.protocol;
