/**
 * Makes results readable: one HTML page, a PNG, or a comparison with thresholds.
 *
 * <pre>
 * RunDocument ... --&gt; Charts --&gt; Chart (axes, series)  --&gt; SvgChart --&gt; Page --&gt; one HTML file
 *                                                      \-&gt; PngChart --&gt; one PNG
 * RunDocument x 2 --&gt; Comparison (Threshold ...)       --&gt; table, JSON, exit status
 * </pre>
 *
 * A chart knows values and units and nothing of pixels; both painters get the same one.
 */
package dev.weft.perf.report;
