/**
 * What a container shall be, in one document: {@link berth.protocol.spec.ContainerSpec} and the
 * values in it. All is checked before anything is written, because nspawn only logs a bad value and
 * starts all the same. {@code container.schema.json} tells the same to other programs.
 */
package berth.protocol.spec;
