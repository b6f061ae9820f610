package dev.weft.messaging.client;

import org.agrona.DirectBuffer;

/** Takes the messages of a topic, one at a time, on the thread that polls. */
@FunctionalInterface
public interface MessageListener {
    /**
     * @param buffer memory that holds the message; valid until this returns
     * @param offset of its first byte
     * @param length in bytes
     */
    void onMessage(DirectBuffer buffer, int offset, int length);
}
