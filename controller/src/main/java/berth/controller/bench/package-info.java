/** Measures Berth against a floor or a peer in the same run, interleaved, and prints ratios. */
package berth.controller.bench;
