/**
 * The page /subscribe, by which a browser or phone becomes a target of a push channel. The only page with a script
 * (public/subscribe.js), which no other page loads. It shows what the script says; without one it says what is missing.
 */
import { documentOf, Layout } from "./layout.tsx";
import { Notice } from "./warnings.tsx";

/** `channels`: names of the push channels that are set up. */
export function subscribePage(channels: readonly string[]): string {
  const head = (
    <>
      <link rel="manifest" href="/manifest.webmanifest" crossorigin="use-credentials" />
      <link rel="apple-touch-icon" href="/icon-192.png" />
      {channels.length === 0 ? null : <script type="module" src="/subscribe.js" />}
    </>
  );
  const foot = (
    <>
      <a href="/">The status page</a>
    </>
  );
  const body = (
    <Layout title="Tierwatch: alerts on this device" renews={false} stale={false} aside={null} head={head} foot={foot}>
      <section class="device">
        <h1>Alerts on this device</h1>
        <p class="loss">
          When a backup misses its window, this browser or phone shows it, also while no page is open. Its push service
          sees that something came, and not what it says.
        </p>
        {channels.length === 0 ? <NoChannel /> : <Device />}
      </section>
    </Layout>
  );
  return documentOf(body);
}

function NoChannel() {
  return (
    <Notice title="No push channel is set up">
      <p>
        On the computer that Tierwatch is deployed from, <code>npm run vapid</code> makes its keys and says what to do
        with them.
      </p>
    </Notice>
  );
}

/** Hidden is what the script has to decide on: whether this browser can, and whether it is subscribed already. */
function Device() {
  return (
    <>
      <noscript>
        <Notice title="This page needs JavaScript">
          <p>Only a script can ask this browser to take pushes. Allow it for this page, and load it again.</p>
        </Notice>
      </noscript>
      <p id="told" role="status" />
      <form id="subscribe" hidden>
        <p>
          <label for="code">Code</label>
          <input
            id="code"
            required
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            aria-describedby="whence"
          />
          <span class="note" id="whence">
            <code>npm run subscribe-code</code> prints it. It is good once, for an hour.
          </span>
        </p>
        <p>
          <label for="name">Name of this device</label>
          <input id="name" required maxlength={60} autocomplete="off" aria-describedby="seen" />
          <span class="note" id="seen">
            Such as “kitchen tablet”. The status page shows it when the device can no longer be reached.
          </span>
        </p>
        <p>
          <button type="submit">Show alerts on this device</button>
        </p>
      </form>
      <div id="subscribed" hidden>
        <p>This device shows alerts.</p>
        <p>
          <button type="button" class="quiet" id="unsubscribe">
            Show no more alerts on this device
          </button>
        </p>
      </div>
    </>
  );
}
