/**
 * Aeron streams between containers. The agent runs a media driver for each network that asks for one; its send and receive channel
 * endpoints are Weft's and put Aeron's frames on Weft links instead of UDP sockets.
 *
 * <pre>
 *   client --shared memory-- [conductor sender receiver] --Outbox--> lane --link==> peer's lane --Inbox--> [..] -- client
 *                                  media driver
 * </pre>
 *
 * Driver threads and lane threads meet at bounded rings only: {@link dev.weft.messaging.Outbox} towards a lane,
 * {@link dev.weft.messaging.Inbox} towards a driver's thread.
 */
package dev.weft.messaging;
