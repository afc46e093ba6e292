"""JMESPath and XPath of manifests, compiled, their cost counted. May use contract."""
