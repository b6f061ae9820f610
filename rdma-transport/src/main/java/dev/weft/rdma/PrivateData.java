package dev.weft.rdma;

import dev.weft.rdma.verbs.ConnectParameters;
import dev.weft.rdma.verbs.ExtendedCm;
import java.util.Arrays;

/**
 * The caller's bytes in the private data of a connect request: a length byte before them, since InfiniBand's CM pads with zeros.
 */
final class PrivateData {
    static final int MAX_LENGTH = ExtendedCm.MAX_CONNECT_PRIVATE_DATA - 1;
    /** Most the devices retry on their own; the session's clock is faster anyway. */
    private static final byte RETRIES = 7;
    /** A message without a receive slot is an error: credits promise that there is one. */
    private static final byte NO_RNR_RETRY = 0;

    private PrivateData() {
    }

    static ConnectParameters parameters(byte[] bytes) {
        ConnectParameters parameters = new ConnectParameters();
        parameters.setRetry_count(RETRIES);
        parameters.setRnr_retry_count(NO_RNR_RETRY);
        // Nobody reads or writes this side's memory, and it reads nobody's.
        parameters.setResponder_resources((byte) 0);
        parameters.setInitiator_depth((byte) 0);
        byte[] data = new byte[bytes.length + 1];
        data[0] = (byte) bytes.length;
        System.arraycopy(bytes, 0, data, 1, bytes.length);
        parameters.setPrivateData(data);
        return parameters;
    }

    /** @return what the connector passed; empty when the data is not of this form */
    static byte[] read(byte[] data) {
        int length = data.length == 0 ? 0 : data[0] & 0xFF;
        return length >= data.length ? new byte[0] : Arrays.copyOfRange(data, 1, 1 + length);
    }
}
