package dev.weft.perf.mesh;

/**
 * A host of a mesh.
 *
 * @param id      its name in the directory
 * @param address where its {@code weft perf server} listens: the address of its agent
 */
public record MeshHost(String id, String address) {
}
