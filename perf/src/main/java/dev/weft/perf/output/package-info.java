/** Results for people and other programs: live progress, tables, CSV, JSON lines, {@code .hlog}. JSON documents are in {@code model}. */
package dev.weft.perf.output;
