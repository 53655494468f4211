/**
 * Root file systems for the lab: which releases of Debian there are, where their packages come from
 * on this machine, and the tarballs made of them once and kept.
 */
package berth.controller.lab.image;
