package dev.weft.rdma.verbs;

import java.io.IOException;

/** DiSNI's classes ask for its provider when they are constructed, whoever constructs them; this puts one there that needs no library. */
public final class ProviderSlot {

    private ProviderSlot() {
    }

    public static void fill() {
        try {
            PanamaProvider.register();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
