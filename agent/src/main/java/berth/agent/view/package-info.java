/**
 * What people ask to see of containers. A container chooses the names and the numbers of what is in
 * its part of /proc and of the control groups: all that is read there is bounded, and read by the
 * kernel's own files alone, never by a path of the container's making.
 */
package berth.agent.view;
