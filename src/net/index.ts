export { createCachingLookup } from './caching-lookup.ts';
export {
  type CertificateFacts,
  type CertificateFault,
  certificateFacts,
  fetchCertificate,
} from './certificate.ts';
export { Connections, type ConnectionTerms } from './connections.ts';
export { type Address, tryToConnect } from './connector.ts';
export { type ExchangeLimits, type HttpAnswer, type HttpRequest, readRetryAfter } from './exchange.ts';
export { exchangeOnce } from './exchange-once.ts';
export {
  describeExchangeFailure,
  type FailureKind,
  type FailureWords,
  TransportFailure,
  toFailure,
  wordsBeforeSending,
  wordsOnCertificates,
} from './failure.ts';
export { findProxy, parseProxyUrl } from './proxy.ts';
export { getFollowing } from './redirects.ts';
export {
  createContext,
  createTlsSettings,
  systemAuthorities,
  type TlsSettings,
} from './tls.ts';
