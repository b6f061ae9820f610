/**
 * Messages for applications that do not want to learn Aeron: topics between endpoints, back-pressure as a return value. Needs
 * {@code aeron-client} and {@code agrona} at run time and nothing else of Weft.
 */
package dev.weft.messaging.client;
