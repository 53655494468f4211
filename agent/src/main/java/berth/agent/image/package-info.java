/**
 * Images: built on the host or fetched as an archive, checked, and put in their place in one step.
 * Containers that were made from an image do not need it any more.
 */
package berth.agent.image;
