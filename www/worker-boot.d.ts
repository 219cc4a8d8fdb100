/** The initializer of the generated module that worker-boot.js is appended to. */
declare function __wbg_init(source: { module_or_path: WebAssembly.Module }): Promise<unknown>;
