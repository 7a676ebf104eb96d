@NullMarked
package io.muster.controller;

import org.jspecify.annotations.NullMarked;
