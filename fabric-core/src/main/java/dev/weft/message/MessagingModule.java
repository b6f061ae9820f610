package dev.weft.message;

import dev.weft.agent.config.AgentConfig;
import java.io.IOException;

/** A module that carries messages, found by {@link java.util.ServiceLoader} when the configuration asks for messaging. */
public interface MessagingModule {

    /**
     * Starts a media driver for every network that asks for one.
     *
     * @throws IOException with what is missing and what to do; nothing is left running then
     */
    MessagePlane start(AgentConfig config) throws IOException;
}
