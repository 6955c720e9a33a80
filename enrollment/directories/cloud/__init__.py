"""The directories behind OpenID providers: Microsoft Graph and Google's Directory API."""
