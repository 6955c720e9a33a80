/* Runs before a page's own scripts and collects what the content security policy stopped. */
window.policyViolations = [];
document.addEventListener('securitypolicyviolation', function (event) {
  window.policyViolations.push(event.violatedDirective + ' ' + event.blockedURI);
});
window.addEventListener('error', function (event) {
  window.policyViolations.push('script error: ' + event.message);
});
