package io.dopt.evals.cost;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PriceFileTest {
  @TempDir private Path folder;

  @Test
  void readsPrices() throws IOException {
    assertEquals(
        new Prices("EUR", 0.36, Optional.of(0.25), Optional.of(24.0)),
        read(
            """
            {"currency": "EUR", "machinePerHour": 0.36, "energyPerKilowattHour": 0.25,
             "framesPerSecond": 24}
            """));
    assertEquals(
        new Prices("€", 0, Optional.empty(), Optional.empty()),
        read("{\"machinePerHour\": 0, \"currency\": \"€\"}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``                                                            | one JSON object",
        "[]                                                            | one JSON object",
        "null                                                          | one JSON object",
        "{'currency': 'EUR', 'machinePerHour': 1                       | is not JSON",
        "{'currency': 'EUR', 'machinePerHour': 1} {}                   | is not JSON",
        "{'currency': 'EUR', 'machinePerHour': NaN}                    | is not JSON",
        "{'currency': 'EUR', 'machinePerHour': 1, 'machinePerHour': 2} | twice in line 1",
        "{'currency': 'EUR', 'machinePerHour': 1, 'discount': 0.5}     | 'discount'",
        "{'currency': 'EUR', 'machineperhour': 1}                      | 'machineperhour'",
        "{'currency': 'EUR'}                                           | no 'machinePerHour'",
        "{'machinePerHour': 1}                                         | 'currency'",
        "{'currency': '', 'machinePerHour': 1}                         | 'currency'",
        "{'currency': '<b>', 'machinePerHour': 1}                      | 'currency'",
        "{'currency': 5, 'machinePerHour': 1}                          | 'currency'",
        "{'currency': 'EUR', 'machinePerHour': '1'}                    | a number 0 or more",
        "{'currency': 'EUR', 'machinePerHour': null}                   | a number 0 or more",
        "{'currency': 'EUR', 'machinePerHour': -1}                     | 'machinePerHour' -1",
        "{'currency': 'EUR', 'machinePerHour': 1e999}                  | 'machinePerHour'",
        "{'currency': 'EUR', 'machinePerHour': 1e13}                   | 'machinePerHour'",
        "{'currency': 'EUR', 'machinePerHour': 1, 'energyPerKilowattHour': -0.1} | 'energyPer",
        "{'currency': 'EUR', 'machinePerHour': 1, 'framesPerSecond': 0} | 'framesPerSecond' 0",
      })
  void refusesEverythingElse(String json, String expected) {
    DoptException refusal = assertThrows(DoptException.class, () -> read(json.replace('\'', '"')));
    assertEquals(ErrorCode.BAD_INPUT, refusal.code());
    assertTrue(refusal.getMessage().contains(expected), refusal.getMessage());
    assertTrue(refusal.getMessage().contains("prices.json"), refusal.getMessage());
  }

  @Test
  void refusesALargeFileUnread() {
    DoptException refusal =
        assertThrows(DoptException.class, () -> read("[" + " ".repeat(1 << 17) + "]"));
    assertTrue(refusal.getMessage().contains("larger"), refusal.getMessage());
  }

  @Test
  void refusesAFileThatIsNotThere() {
    DoptException refusal =
        assertThrows(DoptException.class, () -> PriceFile.read(folder.resolve("none.json")));
    assertEquals(ErrorCode.IO, refusal.code());
  }

  private Prices read(String json) throws IOException {
    return PriceFile.read(Files.writeString(folder.resolve("prices.json"), json));
  }
}
