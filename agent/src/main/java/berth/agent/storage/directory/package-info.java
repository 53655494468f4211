/** Volumes and images as plain folders, on any file system. */
package berth.agent.storage.directory;
