// The types of cairn.js. The import ends when the engine is ready, so there is nothing to initialize.

export * from './cairn-jsapi.js';
