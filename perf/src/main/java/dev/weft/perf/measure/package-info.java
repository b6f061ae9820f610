/** What a run costs and where it ran: processes through /proc, agents through their sockets, the machine through /proc and /sys. */
package dev.weft.perf.measure;
