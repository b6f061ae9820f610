package dev.weft.messaging;

import dev.weft.agent.config.AgentConfig;
import dev.weft.message.MessagePlane;
import dev.weft.message.MessagingModule;
import java.io.IOException;

/** Messaging by Aeron media drivers within the agent. */
public final class AeronMessaging implements MessagingModule {

    @Override
    public MessagePlane start(AgentConfig config) throws IOException {
        return AeronPlane.start(config.messaging(), config.lanes());
    }
}
