/** A file's text, as Vite imports it. */
declare module "*.toml?raw" {
  const text: string;
  export default text;
}
