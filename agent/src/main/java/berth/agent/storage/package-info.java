/**
 * Volumes of containers and the images that they are made from, kept in pools. One contract, {@link
 * berth.agent.storage.StorageBackend}; the packages beneath know how one layout does it.
 */
package berth.agent.storage;
