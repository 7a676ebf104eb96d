package io.muster.cli.demo;

import com.google.gson.JsonObject;

/** What a demo has to tell in the end. */
interface Report {
    JsonObject toJson();
}
