/** Measures the layers between two hosts one after the other: which there are, and why one of them cannot be measured. */
package dev.weft.perf.layers;
