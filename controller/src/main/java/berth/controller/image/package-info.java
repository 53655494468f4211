/**
 * Images on their way to the hosts: files that people uploaded, kept until the hosts have fetched
 * them. What a host makes of one is the host's business.
 */
package berth.controller.image;
