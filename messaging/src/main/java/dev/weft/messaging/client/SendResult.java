package dev.weft.messaging.client;

/** What became of an offered message. */
public enum SendResult {
    /** It is in the stream: every subscriber that is connected gets it, in order. */
    SENT,

    /** A subscriber, or the path to it, is behind; nothing was sent. Offer the message again later. */
    BACK_PRESSURE,

    /** No subscriber is connected, or the driver is being started anew; nothing was sent. */
    NOT_CONNECTED,

    /** The publisher was closed. */
    CLOSED
}
