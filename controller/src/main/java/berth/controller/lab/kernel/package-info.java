/**
 * A host with a kernel of its own: user-mode-linux (the kernel's Documentation/virt/uml), a Linux
 * that runs as programs of this machine and needs neither KVM nor emulation. It has what this
 * machine's kernel may lack, above all control groups of version 2 with nothing beside them.
 */
package berth.controller.lab.kernel;
