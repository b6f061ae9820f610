/**
 * Strict reading of the YAML files people write by hand. Everything that is wrong with a file is collected with the line, the key's
 * path, the value and what is allowed, and reported together; nothing is guessed and no unknown key is passed over.
 */
package dev.weft.yaml;
