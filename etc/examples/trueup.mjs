#!/usr/bin/env node
/*
 * Is this account entitled? `trueup serve` asked from Node, with nothing but
 * what Node has.
 *
 *     const trueup = new Trueup({ token: process.env.TRUEUP_TOKEN });
 *     if ((await trueup.entitled('usr_anna')) === true) …
 *
 *     trueup.mjs URL ACCOUNT [PRODUCT]    prints the answer as JSON
 *
 * An answer is kept for as long as the server says that it may be, and is then
 * asked for by its tag.
 */
import http from 'node:http';
import https from 'node:https';

export class Trueup {
  constructor({ url = 'http://127.0.0.1:8481', token, kept = 10000 } = {}) {
    this.url = url;
    this.token = token;
    this.max = kept;
    this.kept = new Map();
    const { Agent } = url.startsWith('https:') ? https : http;
    this.agent = new Agent({ keepAlive: true });
  }

  // { status, headers, text }
  get(path, headers = {}) {
    const { get } = this.url.startsWith('https:') ? https : http;
    if (this.token) headers.authorization = `Bearer ${this.token}`;
    return new Promise((resolve, reject) => {
      const options = { headers, agent: this.agent, timeout: 10000 };
      const request = get(this.url + path, options, (reply) => {
        let text = '';
        reply.setEncoding('utf8');
        reply.on('data', (part) => (text += part));
        reply.on('error', reject);
        reply.on('end', () =>
          resolve({ status: reply.statusCode, headers: reply.headers, text }));
      });
      request.on('timeout', () => request.destroy(new Error('no answer')));
      request.on('error', reject);
    });
  }

  // The answer's text: the line of `trueup account --json`.
  async accountJson(account, { product, label, at } = {}) {
    const query = new URLSearchParams(
      Object.entries({ product, label, at }).filter(([, v]) => v !== undefined));
    // A + means a blank in forms only.
    const path = `/v1/accounts/${encodeURIComponent(account)}?${query}`
      .replaceAll('+', '%20');
    const old = this.kept.get(path);
    if (old && Date.now() < old.until) return old.text;
    const reply = await this.get(path, old ? { 'if-none-match': old.tag } : {});
    const text = reply.status === 304 ? old.text : reply.text.trimEnd();
    if (reply.status !== 200 && reply.status !== 304)
      throw Object.assign(new Error(text), { status: reply.status });
    this.keep(path, reply.headers, text);
    return text;
  }

  keep(path, headers, text) {
    const age = /max-age=(\d+)/.exec(headers['cache-control'] ?? '');
    this.kept.delete(path);
    if (!age || !headers.etag) return;
    const until = Date.now() + 1000 * Number(age[1]);
    this.kept.set(path, { tag: headers.etag, until, text });
    if (this.kept.size > this.max)
      this.kept.delete(this.kept.keys().next().value);
  }

  // true, false, or null: nobody knows.
  async entitled(account, question = {}) {
    return JSON.parse(await this.accountJson(account, question)).entitled;
  }

  close() {
    this.agent.destroy();
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const [url, account, product] = process.argv.slice(2);
  const trueup = new Trueup({ url, token: process.env.TRUEUP_TOKEN });
  console.log(await trueup.accountJson(account, { product }));
  trueup.close();
}
