/** Measures every pair of hosts: who they are, in which order, and how many at once. */
package dev.weft.perf.mesh;
