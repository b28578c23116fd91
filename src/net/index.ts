export { createCachingLookup } from './caching-lookup.ts';
export type { CertificateFacts } from './certificate.ts';
export { CertificateFault, wrongNameCode } from './certificate-fault.ts';
export { createConnector } from './connector.ts';
export { exchange, type HttpAnswer, NotConnectedError } from './exchange.ts';
export { findProxy, parseProxyUrl } from './proxy.ts';
export { fetchServerCertificate } from './server-certificate.ts';
export { createTlsSettings, type TlsSettings } from './tls.ts';
