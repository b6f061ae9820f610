package dev.weft.perf.model;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.zip.DataFormatException;
import org.HdrHistogram.AbstractHistogram;
import org.HdrHistogram.Histogram;

/**
 * A histogram of nanoseconds: its figures for readers without a library, and the whole of it for the others.
 *
 * @param count      values
 * @param data       HdrHistogram V2, compressed, base64: what {@code .hlog} files hold in their last column
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record HistogramData(long count, long minNanos, double meanNanos, long p50Nanos, long p90Nanos, long p99Nanos, long p999Nanos,
        long p9999Nanos, long p99999Nanos, long maxNanos, String data) {

    public static HistogramData of(AbstractHistogram histogram) {
        ByteBuffer compressed = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoCompressedByteBuffer(compressed);
        compressed.flip();
        byte[] bytes = new byte[length];
        compressed.get(bytes);
        return new HistogramData(histogram.getTotalCount(), histogram.getTotalCount() == 0 ? 0 : histogram.getMinValue(),
                histogram.getMean(), histogram.getValueAtPercentile(50), histogram.getValueAtPercentile(90),
                histogram.getValueAtPercentile(99), histogram.getValueAtPercentile(99.9), histogram.getValueAtPercentile(99.99),
                histogram.getValueAtPercentile(99.999), histogram.getMaxValue(), Base64.getEncoder().encodeToString(bytes));
    }

    /**
     * @return the histogram
     * @throws IllegalArgumentException when the data is not a histogram
     */
    @JsonIgnore
    public Histogram histogram() {
        try {
            return Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(Base64.getDecoder().decode(data)), 0);
        } catch (DataFormatException | RuntimeException e) {
            throw new IllegalArgumentException("a histogram cannot be decoded: " + e.getMessage(), e);
        }
    }
}
