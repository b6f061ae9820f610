package dev.weft.messaging;

import dev.weft.network.IpAddresses;
import io.aeron.driver.NameResolverAgent;
import java.net.InetAddress;

/** Takes addresses as they are and refuses names: the agent looks up nothing on behalf of containers. */
final class LiteralResolver implements NameResolverAgent {

    @Override
    public InetAddress resolve(String name, String uriParamName, boolean isReResolution) {
        try {
            String bare = name.startsWith("[") && name.endsWith("]") ? name.substring(1, name.length() - 1) : name;
            return IpAddresses.parse(bare);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    @Override
    public String name() {
        return "weft-literal";
    }
}
