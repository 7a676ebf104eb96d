package io.muster.controller;

import com.google.protobuf.ByteString;
import io.muster.controller.decide.Command;
import io.muster.controller.decide.Decision;
import io.muster.log.v1.CauseKind;
import io.muster.log.v1.Record;
import io.muster.log.v1.RequestRecord;
import io.muster.metadata.image.MetadataImage;
import java.util.List;

/** The smallest change: keeps an answer. The reply is its offset. */
record Note(String id) implements Command<Long> {
    @Override
    public String name() {
        return "note";
    }

    @Override
    public Decision<Long> decide(MetadataImage image, long wallMs) {
        if (image.answerTo(id).isPresent()) {
            return Decision.nothing(-1L);
        }
        Record record = Record.newBuilder()
                .setRequest(RequestRecord.newBuilder().setRequestId(id).setReply(ByteString.copyFromUtf8("x")))
                .build();
        return new Decision<>(
                Decision.cause(CauseKind.OPERATOR, "test", "note").toBuilder()
                        .setRequestId(id)
                        .build(),
                List.of(record),
                offset -> offset);
    }
}
