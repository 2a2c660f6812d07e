// Prints the closing line of a test run from the JSON report that Vitest wrote: how many passed, failed, were skipped. A
// test file that could not even be loaded counts as one failure.
import { readFileSync } from "node:fs";

function read(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    console.error("No test report was written: the tests did not run.");
    process.exit(1);
  }
}

const [file = ""] = process.argv.slice(2);
const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = read(file);
const unloaded = testResults.filter(
  ({ status, assertionResults }) => status === "failed" && !assertionResults.some((one) => one.status === "failed"),
);
const failed = numFailedTests + unloaded.length;
console.log(`${numPassedTests} passed, ${failed} failed, ${numPendingTests + numTodoTests} skipped`);
