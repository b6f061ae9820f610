/** What carries messages: the SPI ({@link Transport}, {@link Acceptor}, {@link Transceiver}) and one class or two for each transport. */
package dev.weft.perf.transport;
