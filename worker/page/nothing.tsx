/** What a person sees at an address where nothing is, or nothing that this reader may see: both look alike. */
import { documentOf, Layout } from "./layout.tsx";

export function nothingPage(): string {
  return documentOf(
    <Layout title="Tierwatch: nothing here" renews={false} stale={false} aside={null} foot={null}>
      <div class="head-of">
        <h1>There is nothing here that you may see.</h1>
        <p class="loss">
          It may be gone from the plan, or over for more than a year, or its owner's alone.{" "}
          <a href="/">The status page</a> has what there is.
        </p>
      </div>
    </Layout>,
  );
}
