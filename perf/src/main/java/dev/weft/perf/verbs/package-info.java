/**
 * RDMA verbs between two processes, through DiSNI's API on Weft's provider: SEND and RECV, or WRITE, or READ.
 *
 * <pre>
 *   send    SEND [header|message]  ------>  a posted slot
 *   write   WRITE [message]        ------>  the landing slot, then SEND [header]
 *   read    SEND [header]          ------>  then READ [message] <------ from the sender's slot
 * </pre>
 *
 * A message may be sent while the other end has taken all but as many as there are slots; what it has taken it says in every header. A
 * message therefore never meets an empty receive queue.
 */
package dev.weft.perf.verbs;
